import { Button, Group, Select, TextInput } from '@mantine/core';
import { actionPattern } from '@strongroom/protocol';
import type { LedgerFilter } from '../../api/verbs.ts';
import classes from './audit.module.css';

/** As it is typed: times local and to the minute. */
export type FilterText = Record<'from' | 'to' | 'actor' | 'action' | 'resource' | 'allowed' | 'outcome', string>;

export const noFilter: FilterText = { from: '', to: '', actor: '', action: '', resource: '', allowed: '', outcome: '' };

const OUTCOMES = [
  { value: '', label: 'Any outcome' },
  { value: 'begun', label: 'Begun' },
  { value: 'done', label: 'Done' },
  { value: 'refused', label: 'Refused' },
  { value: 'failed', label: 'Failed' },
];
const DECISIONS = [
  { value: '', label: 'Any decision' },
  { value: 'true', label: 'Allowed' },
  { value: 'false', label: 'Not allowed' },
];

export function isFiltered(text: FilterText): boolean {
  return Object.values(text).some((value) => value !== '');
}

/** What is wrong with it, by field. */
export function complaintsOf(text: FilterText): { action?: string; to?: string } {
  const action = actionOf(text);
  return {
    ...(action === '' || actionPattern.test(action) ? {} : { action: 'Like query.released, or query' }),
    ...(text.from !== '' && text.to !== '' && text.from >= text.to ? { to: 'Must be later' } : {}),
  };
}

/** What the server is asked for; a field that is wrong is left out. */
export function filterOf(text: FilterText): LedgerFilter {
  return {
    actor: text.actor.trim(),
    action: complaintsOf(text).action === undefined ? actionOf(text) : '',
    resource: text.resource.trim(),
    allowed: text.allowed,
    outcome: text.outcome,
  };
}

export function timesOf(text: FilterText): { from: string; to: string } {
  const instant = (local: string): string => (local === '' ? '' : new Date(local).toISOString());
  return { from: instant(text.from), to: complaintsOf(text).to === undefined ? instant(text.to) : '' };
}

/** An action on its way to being typed is the noun so far. */
function actionOf({ action }: FilterText): string {
  return action.trim().toLowerCase().replace(/\.$/, '');
}

type EntryFiltersProps = { text: FilterText; settled: FilterText; onChange: (text: FilterText) => void };

export function EntryFilters({ text, settled, onChange }: EntryFiltersProps) {
  const complaints = complaintsOf(settled);
  const field = (name: keyof FilterText) => ({
    value: text[name],
    onChange: (event: { currentTarget: HTMLInputElement }) => onChange({ ...text, [name]: event.currentTarget.value }),
  });
  const time = (name: 'from' | 'to', label: string) => (
    <TextInput
      aria-label={`${label} (your time)`}
      type="datetime-local"
      max="9999-12-31T23:59"
      leftSection={label}
      leftSectionWidth={52}
      leftSectionProps={{ className: classes['fieldName'] ?? '' }}
      className={classes['time'] ?? ''}
      error={name === 'to' ? complaints.to : undefined}
      {...field(name)}
    />
  );
  return (
    <Group gap="xs" mb="md" align="flex-start" className={classes['filters'] ?? ''}>
      {time('from', 'From')}
      {time('to', 'To')}
      <TextInput aria-label="Who" placeholder="Who" {...field('actor')} />
      <TextInput
        aria-label="Action"
        placeholder="Action, like query.released"
        error={complaints.action}
        {...field('action')}
      />
      <TextInput aria-label="On what" placeholder="On what" {...field('resource')} />
      <Select
        aria-label="Decision"
        data={DECISIONS}
        value={text.allowed}
        onChange={(allowed) => onChange({ ...text, allowed: allowed ?? '' })}
      />
      <Select
        aria-label="Outcome"
        data={OUTCOMES}
        value={text.outcome}
        onChange={(outcome) => onChange({ ...text, outcome: outcome ?? '' })}
      />
      {isFiltered(text) && (
        <Button variant="subtle" color="gray" onClick={() => onChange(noFilter)}>
          Clear
        </Button>
      )}
    </Group>
  );
}
