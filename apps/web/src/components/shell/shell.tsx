import { Outlet } from '@tanstack/react-router';
import { KeyboardHelp } from './keyboard-help.tsx';
import { Navigation } from './navigation.tsx';
import classes from './shell.module.css';
import { useKeys } from './use-keys.ts';

export function Shell() {
  const { helpShown, closeHelp, openHelp } = useKeys();
  return (
    <div className={classes['shell']}>
      <a className={classes['skip']} href="#main">
        Skip to content
      </a>
      <Navigation onHelp={openHelp} />
      <main id="main" className={classes['main']} tabIndex={-1}>
        <Outlet />
      </main>
      <KeyboardHelp opened={helpShown} onClose={closeHelp} />
    </div>
  );
}
