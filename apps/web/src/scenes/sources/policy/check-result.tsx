import type { Person, PolicyCheck, Source } from '@strongroom/protocol';
import { ProblemError } from '@strongroom/protocol';
import { IconBan } from '@tabler/icons-react';
import { ProblemNote } from '../../../components/problem-note.tsx';
import { RuleList } from '../../../components/sql/rule-list.tsx';
import { policyInShort, readRules } from '../../../components/sql/rules.ts';
import { SqlDiff } from '../../../components/sql/sql-text.tsx';
import { mistakeIn } from './mistake.ts';
import classes from './policy.module.css';

type CheckResultProps = { source: Source; person: Person; checked: PolicyCheck | undefined; problem: unknown };

/** What would run for them, what they would be refused, or why nobody can tell. */
export function CheckResult({ source, person, checked, problem }: CheckResultProps) {
  if (problem instanceof ProblemError && problem.code === 'query/denied')
    return (
      <div className={classes['denied']} role="status">
        <IconBan size={18} aria-hidden />
        <div>
          <strong>{person.name} would be denied. Nothing was run.</strong>
          <p>
            {isShared(source, person)
              ? 'The SQL names a table or column that is not there or that the policy does not show them. They are not told which.'
              : `${source.name} is not shared with them: they do not see that it exists, whatever the policy says.`}
          </p>
        </div>
      </div>
    );
  const mistake = mistakeIn(problem);
  if (mistake !== null)
    return (
      <div className={classes['result']} role="status">
        <p>Not checked: line {mistake.line} of the policy is wrong, as marked above.</p>
      </div>
    );
  if (problem !== null) return <Spaced problem={problem} />;
  if (checked === undefined) return null;
  const did = policyInShort(readRules(checked.rules));
  return (
    <div className={classes['result']} role="status">
      <p>
        <strong>Nothing was run.</strong>{' '}
        {did === ''
          ? `The policy changes nothing in this for ${person.name}.`
          : `For ${person.name}: ${did}. Underlined is what would be added to the SQL.`}
      </p>
      <SqlDiff asked={checked.sql.asked ?? ''} run={checked.sql.run ?? ''} />
      <RuleList rules={checked.rules} />
      <p>Columns that would come back: {checked.columns.join(', ')}</p>
    </div>
  );
}

function Spaced({ problem }: { problem: unknown }) {
  return (
    <div className={classes['result']}>
      <ProblemNote problem={problem} />
    </div>
  );
}

function isShared({ owner, grants }: Source, { email, teams }: Person): boolean {
  return (
    owner === email ||
    grants.includes('everyone') ||
    grants.includes(`person:${email}`) ||
    teams.some((team) => grants.includes(`team:${team}`))
  );
}
