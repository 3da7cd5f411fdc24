import { Button, Group, NumberInput, Skeleton, Switch, Text, TextInput } from '@mantine/core';
import type { EgressSettings, Settings } from '@strongroom/protocol';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { modelSettingsQuery, settingsQuery, useMay } from '../../api/queries.ts';
import { changeModelSettings } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import classes from './settings.module.css';

/** Where questions go, and how far the workspace lets them. */
export function ModelCard() {
  const settings = useQuery(settingsQuery);
  const chosen = useQuery(modelSettingsQuery);
  const model = settings.data?.model;
  return (
    <section className={classes['panel']} aria-labelledby="model">
      <h2 id="model">Model</h2>
      {settings.isPending && <Skeleton height={44} />}
      {settings.isError && <ProblemNote problem={settings.error} onRetry={() => void settings.refetch()} />}
      {model === null && (
        <Text>
          No model: the built-in translator answers, and nothing leaves this server. To use one, start with{' '}
          <code>STRONGROOM_MODEL_URL</code>.
        </Text>
      )}
      {model !== null && model !== undefined && (
        <>
          <About model={model} />
          {chosen.isError && <ProblemNote problem={chosen.error} onRetry={() => void chosen.refetch()} />}
          {chosen.data !== undefined && <Choice chosen={chosen.data} />}
        </>
      )}
    </section>
  );
}

function About({ model: { name, endpoint, region, retention } }: { model: NonNullable<Settings['model']> }) {
  return (
    <Text>
      {name ?? 'The model'} at <code>{endpoint}</code>
      {region !== null && ` in ${region}`}. It is told names, types, descriptions and your words; never a row. We ask it
      to store nothing.{' '}
      {retention === null
        ? 'How long its provider keeps what it is sent, nobody has said.'
        : `How long its provider keeps what it is sent: ${retention}.`}
    </Text>
  );
}

/** Whoever is no admin reads what holds. */
function Choice({ chosen }: { chosen: EgressSettings }) {
  const client = useQueryClient();
  const mayChange = useMay('workspace.manage');
  const change = useMutation({
    mutationFn: changeModelSettings,
    onSuccess: (now) => client.setQueryData(modelSettingsQuery.queryKey, now),
  });
  return (
    <>
      <div className={classes['row']}>
        <Text role="status" c="dimmed" mt="sm">
          {saysChosen(chosen)}
        </Text>
        {mayChange && (
          <Switch
            label="Use the model"
            size="sm"
            checked={chosen.useModel}
            disabled={change.isPending}
            onChange={(event) => change.mutate({ useModel: event.currentTarget.checked })}
          />
        )}
      </div>
      {mayChange && (
        <Bounds
          key={JSON.stringify(chosen)}
          chosen={chosen}
          isSaving={change.isPending}
          onSave={(bounds) => change.mutate(bounds)}
        />
      )}
      <ProblemNote problem={change.error} />
    </>
  );
}

function saysChosen({ useModel, region, tokensPerDay, tokensPerPersonPerDay }: EgressSettings): string {
  if (!useModel) return 'Off in this workspace: the built-in translator answers, and no question leaves this server.';
  const where =
    region === null
      ? 'Questions of this workspace may go there.'
      : `Questions of this workspace may go there only while it is said to be in ${region}.`;
  const bounds = [
    tokensPerDay === null ? null : `${tokensPerDay.toLocaleString('en')} tokens a day`,
    tokensPerPersonPerDay === null ? null : `${tokensPerPersonPerDay.toLocaleString('en')} of one person`,
  ].filter((bound) => bound !== null);
  return bounds.length === 0 ? where : `${where} They use at most ${bounds.join(', ')}.`;
}

type Bounded = Pick<EgressSettings, 'region' | 'tokensPerDay' | 'tokensPerPersonPerDay'>;

/** Where questions may go and how much they may use; an empty field is no bound. */
function Bounds({
  chosen,
  isSaving,
  onSave,
}: {
  chosen: Bounded;
  isSaving: boolean;
  onSave: (bounds: Bounded) => void;
}) {
  const [region, setRegion] = useState(chosen.region ?? '');
  const [tokensPerDay, setTokensPerDay] = useState(chosen.tokensPerDay);
  const [tokensPerPersonPerDay, setTokensPerPersonPerDay] = useState(chosen.tokensPerPersonPerDay);
  const wanted: Bounded = {
    region: region.trim() === '' ? null : region.trim(),
    tokensPerDay,
    tokensPerPersonPerDay,
  };
  const isChanged =
    wanted.region !== chosen.region ||
    tokensPerDay !== chosen.tokensPerDay ||
    tokensPerPersonPerDay !== chosen.tokensPerPersonPerDay;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave(wanted);
      }}
    >
      <Group align="flex-end" gap="sm" mt="sm">
        <TextInput
          label="Only in the region"
          placeholder="anywhere"
          maxLength={40}
          value={region}
          onChange={(event) => setRegion(event.currentTarget.value)}
        />
        <TokensInput label="Tokens a day" value={tokensPerDay} onChange={setTokensPerDay} />
        <TokensInput
          label="Tokens a day, each person"
          value={tokensPerPersonPerDay}
          onChange={setTokensPerPersonPerDay}
        />
        <Button type="submit" variant="default" loading={isSaving} disabled={!isChanged}>
          Save
        </Button>
      </Group>
    </form>
  );
}

function TokensInput({
  label,
  value,
  onChange,
}: {
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
}) {
  return (
    <NumberInput
      label={label}
      placeholder="any number"
      thousandSeparator=","
      hideControls
      min={0}
      max={1e12}
      allowDecimal={false}
      allowNegative={false}
      value={value ?? ''}
      onChange={(entered) => onChange(typeof entered === 'number' ? entered : null)}
    />
  );
}
