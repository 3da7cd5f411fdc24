import { Tabs } from '@mantine/core';
import { Scene } from '../../components/scene.tsx';
import { TokenList } from '../../components/token-list.tsx';
import { PersonList } from './person-list.tsx';
import { TeamList } from './team-list.tsx';

export function PeopleScene() {
  return (
    <Scene
      title="People"
      says="Who may come in, and as what. Nobody has a password; leaving the directory ends every session."
    >
      <Tabs defaultValue="people" keepMounted={false}>
        <Tabs.List mb="md" aria-label="People, teams, tokens">
          <Tabs.Tab value="people">People</Tabs.Tab>
          <Tabs.Tab value="teams">Teams</Tabs.Tab>
          <Tabs.Tab value="tokens">Tokens</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="people">
          <PersonList />
        </Tabs.Panel>
        <Tabs.Panel value="teams">
          <TeamList />
        </Tabs.Panel>
        <Tabs.Panel value="tokens">
          <TokenList forOthers />
        </Tabs.Panel>
      </Tabs>
    </Scene>
  );
}
