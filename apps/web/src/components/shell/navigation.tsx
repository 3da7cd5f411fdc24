import {
  IconDatabase,
  IconHelp,
  IconListSearch,
  IconMessageQuestion,
  IconSettings,
  IconShieldCheck,
  IconUsers,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { meQuery } from '../../api/queries.ts';
import classes from './shell.module.css';

const scenes = [
  { to: '/ask', label: 'Ask', icon: IconMessageQuestion, needs: null },
  { to: '/sources', label: 'Sources', icon: IconDatabase, needs: null },
  { to: '/catalog', label: 'Catalog', icon: IconListSearch, needs: null },
  { to: '/people', label: 'People', icon: IconUsers, needs: 'people.manage' },
  { to: '/audit', label: 'Audit', icon: IconShieldCheck, needs: 'ledger.read' },
] as const;

export function Navigation({ onHelp }: { onHelp: () => void }) {
  const me = useQuery(meQuery);
  const may = (permission: string | null): boolean =>
    permission === null || (me.data?.permissions.includes(permission) ?? false);
  return (
    <nav className={classes['nav']} aria-label="Scenes">
      <Link to="/ask" className={classes['brand']}>
        <img src="/favicon.svg" alt="" width={24} height={24} />
        <span>Strongroom</span>
      </Link>
      <div className={classes['links']}>
        {scenes
          .filter((scene) => may(scene.needs))
          .map(({ to, label, icon: Icon }) => (
            <Link key={to} to={to} className={classes['link']}>
              <Icon size={20} stroke={1.6} aria-hidden />
              <span>{label}</span>
            </Link>
          ))}
      </div>
      <div className={classes['foot']}>
        <button type="button" className={`${classes['link']} ${classes['help']}`} onClick={onHelp}>
          <IconHelp size={20} stroke={1.6} aria-hidden />
          <span>Keyboard</span>
        </button>
        <Link to="/settings" className={classes['link']}>
          <IconSettings size={20} stroke={1.6} aria-hidden />
          <span>Settings</span>
        </Link>
      </div>
      {me.data && (
        <div className={classes['who']}>
          <strong>{me.data.person.name}</strong>
          <span>
            {me.data.person.role} in {me.data.workspace.name}
          </span>
        </div>
      )}
    </nav>
  );
}
