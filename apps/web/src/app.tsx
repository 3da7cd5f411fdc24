import '@mantine/core/styles.css';
import './components/global.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { onSignedOut } from './api/client.ts';
import { setStyleNonce } from './components/nonce.ts';
import { createAppRouter } from './routes.tsx';
import { answers, forgetEverything } from './scenes/ask/this-tab.ts';
import { cssVariablesResolver, theme } from './theme.ts';

export function startApp(nonce: string): void {
  setStyleNonce(nonce);
  const client = new QueryClient({
    defaultOptions: {
      queries: { retry: 1, staleTime: 30_000, refetchOnWindowFocus: false },
      mutations: { retry: false },
    },
  });
  const router = createAppRouter(client);
  const leave = (): void => {
    const had = forgetEverything();
    client.clear();
    if (window.location.pathname === '/sign-in') return;
    // Whoever looked at rows is told where they went.
    if (had) router.history.push('/sign-in?problem=http/session_ended');
    else void router.navigate({ to: '/sign-in' });
  };
  onSignedOut(leave);
  // Leaving the page, even into the back-forward cache, stops the query and lets go of the rows; so does a browser that freezes the tab.
  window.addEventListener('pagehide', () => answers.drop('left'));
  document.addEventListener('freeze', () => answers.drop('slept'));

  const root = document.getElementById('root');
  if (root === null) throw new Error('the page has no root');
  createRoot(root).render(
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}
