import { useRouter } from '@tanstack/react-router';
import { ButtonLink } from '../button-link.tsx';
import { EmptyState } from '../empty-state.tsx';
import { ProblemNote } from '../problem-note.tsx';
import { Scene } from '../scene.tsx';

export function NotFound() {
  return (
    <EmptyState says="There is no page at this address.">
      <ButtonLink to="/ask">Go to Ask</ButtonLink>
    </EmptyState>
  );
}

/** What a scene shows when it could not start at all. */
export function SceneFailed({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <Scene title="Something went wrong">
      <ProblemNote problem={error} onRetry={() => void router.invalidate()} />
    </Scene>
  );
}
