import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { ProblemError } from '@strongroom/protocol';
import { meQuery } from './api/queries.ts';
import { NotFound, SceneFailed } from './components/shell/failed.tsx';
import { Shell } from './components/shell/shell.tsx';
import { AskScene } from './scenes/ask/ask-scene.tsx';

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

export function createAppRouter(client: QueryClient) {
  const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
  const signIn = createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    component: lazyRouteComponent(() => import('./scenes/sign-in/sign-in-scene.tsx'), 'SignInScene'),
  });
  const inside = createRoute({
    getParentRoute: () => root,
    id: 'inside',
    component: Shell,
    errorComponent: SceneFailed,
    beforeLoad: async () => {
      await client.query({ ...meQuery, staleTime: 'static' }).catch((cause: unknown) => {
        if (cause instanceof ProblemError && cause.status === 401) throw redirect({ to: '/sign-in' });
        throw cause;
      });
    },
  });
  const home = createRoute({
    getParentRoute: () => inside,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/ask' });
    },
  });
  const ask = createRoute({ getParentRoute: () => inside, path: '/ask', component: AskScene });
  const sources = createRoute({
    getParentRoute: () => inside,
    path: '/sources',
    component: lazyRouteComponent(() => import('./scenes/sources/sources-scene.tsx'), 'SourcesScene'),
  });
  const source = createRoute({
    getParentRoute: () => inside,
    path: '/sources/$source',
    component: lazyRouteComponent(() => import('./scenes/sources/source-scene.tsx'), 'SourceScene'),
  });
  const catalog = createRoute({
    getParentRoute: () => inside,
    path: '/catalog',
    validateSearch: (search): { words?: string | undefined; table?: string | undefined } => ({
      words: text(search['words']),
      table: text(search['table']),
    }),
    component: lazyRouteComponent(() => import('./scenes/catalog/catalog-scene.tsx'), 'CatalogScene'),
  });
  const glossary = createRoute({
    getParentRoute: () => inside,
    path: '/catalog/glossary',
    component: lazyRouteComponent(() => import('./scenes/catalog/glossary/glossary-scene.tsx'), 'GlossaryScene'),
  });
  const catalogFile = createRoute({
    getParentRoute: () => inside,
    path: '/catalog/file',
    component: lazyRouteComponent(() => import('./scenes/catalog/file/catalog-file-scene.tsx'), 'CatalogFileScene'),
  });
  const people = createRoute({
    getParentRoute: () => inside,
    path: '/people',
    component: lazyRouteComponent(() => import('./scenes/people/people-scene.tsx'), 'PeopleScene'),
  });
  const audit = createRoute({
    getParentRoute: () => inside,
    path: '/audit',
    validateSearch: (search): { entry?: string | undefined } => ({ entry: text(search['entry']) }),
    component: lazyRouteComponent(() => import('./scenes/audit/audit-scene.tsx'), 'AuditScene'),
  });
  const erasures = createRoute({
    getParentRoute: () => inside,
    path: '/audit/erasures',
    component: lazyRouteComponent(() => import('./scenes/audit/erasures-scene.tsx'), 'ErasuresScene'),
  });
  const certificate = createRoute({
    getParentRoute: () => inside,
    path: '/audit/erasures/$erasure',
    component: lazyRouteComponent(() => import('./scenes/audit/certificate-scene.tsx'), 'CertificateScene'),
  });
  const settings = createRoute({
    getParentRoute: () => inside,
    path: '/settings',
    component: lazyRouteComponent(() => import('./scenes/settings/settings-scene.tsx'), 'SettingsScene'),
  });
  return createRouter({
    routeTree: root.addChildren([
      signIn,
      inside.addChildren([
        home,
        ask,
        sources,
        source,
        catalog,
        glossary,
        catalogFile,
        people,
        audit,
        erasures,
        certificate,
        settings,
      ]),
    ]),
    defaultPreload: 'intent',
    defaultErrorComponent: SceneFailed,
    scrollRestoration: false,
  });
}

declare module '@tanstack/react-router' {
  // The router's own way to learn the routes of the app.
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
