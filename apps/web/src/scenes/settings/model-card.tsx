import { Button, Group, Skeleton, Switch, Text, TextInput } from '@mantine/core';
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
          {chosen.data !== undefined && <Choice key={chosen.data.region} chosen={chosen.data} />}
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
  const [region, setRegion] = useState(chosen.region ?? '');
  const change = useMutation({
    mutationFn: changeModelSettings,
    onSuccess: (now) => client.setQueryData(modelSettingsQuery.queryKey, now),
  });
  return (
    <>
      <div className={classes['row']}>
        <Text role="status" c="dimmed" mt="sm">
          {!chosen.useModel
            ? 'Off in this workspace: the built-in translator answers, and no question leaves this server.'
            : chosen.region === null
              ? 'Questions of this workspace may go there.'
              : `Questions of this workspace may go there only while it is said to be in ${chosen.region}.`}
        </Text>
        {mayChange && (
          <Switch
            label="Use the model"
            size="sm"
            checked={chosen.useModel}
            disabled={change.isPending}
            onChange={(event) => change.mutate({ ...chosen, useModel: event.currentTarget.checked })}
          />
        )}
      </div>
      {mayChange && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            change.mutate({ ...chosen, region: region.trim() === '' ? null : region.trim() });
          }}
        >
          <Group align="flex-end" gap="xs" mt="sm">
            <TextInput
              label="Only in the region"
              placeholder="anywhere"
              maxLength={40}
              value={region}
              onChange={(event) => setRegion(event.currentTarget.value)}
            />
            <Button
              type="submit"
              variant="default"
              loading={change.isPending}
              disabled={region.trim() === (chosen.region ?? '')}
            >
              Pin
            </Button>
          </Group>
        </form>
      )}
      <ProblemNote problem={change.error} />
    </>
  );
}
