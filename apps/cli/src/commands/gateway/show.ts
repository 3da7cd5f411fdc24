import type { GatewayView } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function show({ server, terminal }: Session): Promise<void> {
  const view = await server.call<GatewayView>('GET', 'gateway');
  if (terminal.json) return terminal.printJson(view);
  if (view.upstream === null) return terminal.aside('no model endpoint is configured: set STRONGROOM_MODEL_URL');
  terminal.line(`calls go to ${view.upstream}, by default for the model ${view.model}`);
  if (view.limits.length > 0)
    terminal.table(
      [
        { title: 'limits of' },
        { title: 'id' },
        { title: 'models' },
        { title: 'a minute' },
        { title: 'tokens a day' },
        { title: 'a month' },
        { title: 'kept' },
      ],
      view.limits.map((limit) => [
        limit.subject,
        limit.id,
        limit.models?.join(', ') ?? 'default',
        numberOf(limit.requestsPerMinute),
        numberOf(limit.tokensPerDay),
        numberOf(limit.tokensPerMonth),
        limit.keepDays === null ? 'nothing' : `${limit.keepDays} days`,
      ]),
    );
  if (view.usage.length === 0) return terminal.aside('nothing was used this month');
  terminal.table(
    [
      { title: 'used by key' },
      { title: 'model' },
      { title: 'calls' },
      { title: 'failed' },
      { title: 'tokens in' },
      { title: 'out' },
    ],
    view.usage.map(({ key, model, requests, failures, inputTokens, outputTokens }) => [
      key,
      model,
      ...[requests, failures, inputTokens, outputTokens].map(String),
    ]),
  );
}

function numberOf(count: number | null): string {
  return count === null ? '—' : String(count);
}
