import type { ReactNode } from 'react';
import classes from './page-tabs.module.css';

/** Pages of one scene, each with an address of its own; `children` are links, so that they open in a new tab too. */
export function PageTabs({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav className={classes['tabs']} aria-label={label}>
      {children}
    </nav>
  );
}
