import { Button, SegmentedControl, Skeleton, Text, useMantineColorScheme } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { meQuery, useMay } from '../../api/queries.ts';
import { signOut } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Scene } from '../../components/scene.tsx';
import { TokenList } from '../../components/token-list.tsx';
import { forgetEverything } from '../ask/this-tab.ts';
import { KeptAboutYou } from './kept-about-you.tsx';
import { CanariesCard } from './canaries-card.tsx';
import { HoldLiteralsCard } from './hold-literals-card.tsx';
import { KeysCard } from './keys-card.tsx';
import { ModelCard } from './model-card.tsx';
import { McpCard } from './mcp-card.tsx';
import { RunSqlCard } from './run-sql-card.tsx';
import classes from './settings.module.css';

export function SettingsScene() {
  const me = useQuery(meQuery);
  const mayManage = useMay('workspace.manage');
  const client = useQueryClient();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const leave = useMutation({
    // The rows go first, whatever the server says.
    mutationFn: () => {
      forgetEverything();
      return signOut();
    },
    onSuccess: () => {
      client.clear();
      void navigate({ to: '/sign-in' });
    },
  });
  return (
    <Scene title="Settings">
      <section className={classes['panel']} aria-labelledby="me">
        <h2 id="me">You</h2>
        {me.data === undefined ? (
          <Skeleton height={64} />
        ) : (
          <div className={classes['row']}>
            <div>
              <Text fw={600}>{me.data.person.name}</Text>
              <Text c="dimmed">
                {me.data.person.email} · {me.data.person.role}
                {me.data.person.teams.length > 0 && ` · ${me.data.person.teams.join(', ')}`}
              </Text>
            </div>
            <Button variant="default" loading={leave.isPending} onClick={() => leave.mutate()}>
              Sign out
            </Button>
          </div>
        )}
        <ProblemNote problem={leave.error} />
      </section>
      <section className={classes['panel']} aria-labelledby="looks">
        <h2 id="looks">Looks</h2>
        <div className={classes['row']}>
          <Text c="dimmed">Auto follows your system. Kept in this browser only.</Text>
          <SegmentedControl
            aria-label="Theme"
            value={colorScheme}
            onChange={(next) => setColorScheme(next)}
            data={[
              { value: 'auto', label: 'Auto' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
        </div>
      </section>
      <ModelCard />
      <HoldLiteralsCard />
      <RunSqlCard />
      <McpCard />
      <section className={classes['panel']} aria-labelledby="workspace">
        <h2 id="workspace">Workspace</h2>
        {me.data === undefined ? (
          <Skeleton height={24} />
        ) : (
          <Text>
            {me.data.workspace.name} · Strongroom {me.data.version}
            {me.data.evaluation && ' · evaluation sign-in, this machine only'}
          </Text>
        )}
      </section>
      <section className={classes['panel']} aria-labelledby="tokens">
        <h2 id="tokens">Your tokens</h2>
        <TokenList />
      </section>
      {mayManage && <CanariesCard />}
      {mayManage && <KeysCard />}
      <KeptAboutYou />
    </Scene>
  );
}
