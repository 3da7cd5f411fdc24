import { Link } from '@tanstack/react-router';
import { number } from '../../components/words.ts';

/** Of an entry of the audit log; leads to it whoever may read it. */
export function EntryNumber({ position, id, mayRead }: { position: number; id: string; mayRead: boolean }) {
  const text = `No. ${number(position)}`;
  if (!mayRead) return text;
  return (
    <Link to="/audit" search={{ entry: id }}>
      {text}
    </Link>
  );
}
