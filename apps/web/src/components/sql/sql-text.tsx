import { diff, type Piece } from './diff.ts';
import classes from './sql.module.css';
import { visible } from '../visible.ts';
import { arranged, type Token, tokens } from './tokens.ts';

/** SQL to read: tinted, broken before its clauses. */
export function SqlText({ sql }: { sql: string }) {
  return (
    <pre className={classes['sql']} tabIndex={0} aria-label="SQL">
      {arranged(tokens(sql)).map((token, index) => (
        <Tinted key={index} token={token} />
      ))}
    </pre>
  );
}

/** SQL as it ran, with what the guard added and took away. */
export function SqlDiff({ asked, run }: { asked: string; run: string }) {
  return (
    <pre className={classes['sql']} tabIndex={0} aria-label="SQL run, compared with SQL asked">
      {runsOf(diff(asked, run)).map(({ change, pieces }, index) => {
        const inner = pieces.map((piece, inside) => <Tinted key={inside} token={piece.token} />);
        if (change === 'added') return <ins key={index}>{inner}</ins>;
        return change === 'removed' ? (
          <del key={index}>{pieces.map((piece) => visible(piece.token.text)).join(' ')} </del>
        ) : (
          <span key={index}>{inner}</span>
        );
      })}
    </pre>
  );
}

function Tinted({ token }: { token: Token }) {
  return token.kind === 'space' || token.kind === 'word' || token.kind === 'sign' ? (
    visible(token.text)
  ) : (
    <span data-kind={token.kind}>{visible(token.text)}</span>
  );
}

function runsOf(pieces: readonly Piece[]): { change: Piece['change']; pieces: Piece[] }[] {
  const runs: { change: Piece['change']; pieces: Piece[] }[] = [];
  for (const piece of pieces) {
    const last = runs.at(-1);
    if (last?.change === piece.change) last.pieces.push(piece);
    else runs.push({ change: piece.change, pieces: [piece] });
  }
  return runs;
}
