import classes from './popularity.module.css';

const WORDS = [
  '',
  'queried now and then',
  'queried sometimes',
  'queried often',
  'queried very often',
  'queried all the time',
];

/** By level; nothing for what nobody queried of late. */
export function popularityWords(level: number): string {
  return WORDS[level] ?? '';
}

/** Five bars, and the words for them; nothing for what nobody queried of late. */
export function Popularity({ level }: { level: number }) {
  const words = popularityWords(level);
  if (words === '') return null;
  return (
    <span className={classes['popularity']} title={`${words}, in the last 30 days`}>
      <span className={classes['bars']} aria-hidden>
        {WORDS.slice(1).map((one, index) => (
          <span key={one} data-on={index < level} />
        ))}
      </span>
      {words}
    </span>
  );
}
