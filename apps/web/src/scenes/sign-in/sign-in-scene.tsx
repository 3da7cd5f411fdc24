import { Button, Code, Loader, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { readSignInKind, openLink } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { refusalOf } from './refusal.ts';
import classes from './sign-in.module.css';

const START = '/sign-in/start';

/** Opens a one-time link, or says how to get one; with a real issuer, leads to it. */
export function SignInScene() {
  const kind = useQuery({ queryKey: ['sign-in'], queryFn: ({ signal }) => readSignInKind({ signal }) });
  const open = useMutation({ mutationFn: openLink, onSuccess: () => window.location.replace(START) });
  const opened = useRef(false);
  const refusal = refusalOf(window.location.search);

  useEffect(() => {
    const code = new URLSearchParams(window.location.hash.slice(1)).get('code');
    if (code === null || opened.current) return;
    opened.current = true;
    // Out of the address bar and the browser's history before anything else happens.
    window.history.replaceState(null, '', '/sign-in');
    open.mutate(code);
  }, [open]);

  return (
    <main className={classes['page']}>
      <div className={classes['card']}>
        <img src="/favicon.svg" alt="" width={40} height={40} />
        <h1>Strongroom</h1>
        <Text c="dimmed" mb="lg">
          Ask your company’s data questions. Rows stay where they live, and you can check.
        </Text>
        {refusal !== null && open.isIdle && (
          <Text role="alert" fw={600} mb="md">
            {refusal}
          </Text>
        )}
        {open.isPending || open.isSuccess ? (
          <Text role="status">
            <Loader size={14} mr={8} />
            Signing you in
          </Text>
        ) : (
          <Ways evaluation={kind.data?.evaluation} />
        )}
        {open.isError && (
          <div className={classes['problem']}>
            <ProblemNote problem={open.error} />
          </div>
        )}
        {kind.isError && (
          <div className={classes['problem']}>
            <ProblemNote problem={kind.error} onRetry={() => void kind.refetch()} />
          </div>
        )}
      </div>
    </main>
  );
}

function Ways({ evaluation }: { evaluation: boolean | undefined }) {
  if (evaluation === undefined) return null;
  if (!evaluation)
    return (
      <Button component="a" href={START} fullWidth size="md">
        Sign in
      </Button>
    );
  return (
    <>
      <Text mb="xs">You need a one-time link. On the machine that runs Strongroom, in its folder:</Text>
      <Code block tabIndex={0}>
        npm run -s strongroom -- sign-in
      </Code>
      <Text mt="xs" c="dimmed">
        Then open the link it prints in this browser. A colleague who is an admin can also make one for you under
        People.
      </Text>
    </>
  );
}
