import {
  createMcpHandler,
  type JSONRPCRequest,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';
import { ProblemError } from '@strongroom/protocol';
import { z } from 'zod';
import type { Access } from '#access';
import { type AuditWriter, auditContext, type Call } from '#contracts';
import { mcpProblems } from './errors.ts';
import { NOTICE, type McpTool } from './tools.ts';

export type ServeDeps = {
  readonly tools: readonly McpTool[];
  readonly access: Pick<Access, 'allows'>;
  readonly audit: AuditWriter;
  readonly origin: () => string;
  readonly version: string;
};
type McpCall = Call<{ body: unknown }, 'signed-in'>;

/** Of the protocol's version 2025-03-26; later ones have none. */
const MESSAGES_MAX = 10;
const DEPTH_MAX = 32;
/** What the library reads besides the body; credentials are not its business. */
const HEADERS = ['accept', 'content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name'] as const;
const INSTRUCTIONS = `Strongroom answers questions about data under the rights of the person whose token you hold. Find tables with search_catalog and show_table, then ask in plain language or query by one SELECT in PostgreSQL's dialect. ${NOTICE}`;

/**
 * One message of a client that the gate has let in, or a batch of them, and the reply. Without state: nothing is kept between two.
 * INVARIANT: a tool is called by `throughGate` alone. Every refusal is in the audit log: those of a tool under its own event, all others
 * as `mcp.refused`.
 */
export async function serve(deps: ServeDeps, call: McpCall): Promise<unknown> {
  const refuse = async (problem: ProblemError): Promise<void> => {
    await deps.audit.append(auditContext(call.asker), {
      action: 'mcp.refused',
      resource: null,
      decision: { allowed: false, reason: problem.code },
      outcome: 'refused',
    });
  };
  if (call.asker.tokenId === null) throw mcpProblems.tokenNeeded();
  refuseOtherSites(call, deps.origin());
  const { body } = call.input;
  const wrong = complaintOf(body);
  if (wrong !== null) {
    await refuse(wrong);
    throw wrong;
  }
  let notedCount = 0;
  const noted = async (problem: ProblemError): Promise<void> => {
    notedCount += 1;
    await refuse(problem);
  };
  const handler = createMcpHandler(() => serverFor(deps, call, noted), { maxSubscriptions: 0 });
  const response = await handler.fetch(requestOf(call, deps.origin()), { parsedBody: body });
  // As a whole: it is short, and how it went is then known before it leaves.
  const text = await response.text();
  await handler.close();
  call.signal.throwIfAborted();
  // What the library refuses by itself it tells nobody but the client.
  const refusedCount = Math.max(errorsIn(text), response.status >= 400 ? 1 : 0);
  for (let count = notedCount; count < refusedCount; count += 1) await refuse(mcpProblems.badMessage());
  const type = response.headers.get('content-type');
  if (type !== null) call.reply.type(type);
  return call.reply.code(response.status).header('cache-control', 'no-store').send(text);
}

/** For one message: what it may reach is what this call's asker may. */
function serverFor(deps: ServeDeps, call: McpCall, refuse: (problem: ProblemError) => Promise<void>): McpServer {
  const { asker } = call;
  // Handlers of the protocol itself: registered tools would be parsed, and refused, before the gate.
  const product = new McpServer(
    { name: 'strongroom', version: deps.version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  const { server } = product;
  const known = new Map(deps.tools.map((tool) => [tool.tool, tool]));
  server.setRequestHandler('tools/list', () => ({
    tools: deps.tools
      .filter(({ verb }) => deps.access.allows(asker, verb.permission))
      .map(({ tool: name, title, verb, arguments: schema }) => ({
        name,
        title,
        description: verb.summary,
        inputSchema: inputSchemaOf(schema),
        annotations: { title, readOnlyHint: true, destructiveHint: false, openWorldHint: false },
      })),
  }));
  server.setRequestHandler('tools/call', async ({ params }) => {
    const tool = known.get(params.name);
    if (tool === undefined) {
      const problem = mcpProblems.unknownTool();
      await refuse(problem);
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, problem.message);
    }
    try {
      const result = await call.throughGate(tool.verb, params.arguments ?? {});
      return { content: [textOf(result)], structuredContent: result as Record<string, unknown> };
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return { content: [textOf(refusalOf(error))], isError: true };
    }
  });
  server.fallbackRequestHandler = async (_request: JSONRPCRequest) => {
    const problem = mcpProblems.unknownMethod();
    await refuse(problem);
    throw new ProtocolError(ProtocolErrorCode.MethodNotFound, problem.message);
  };
  return product;
}

/** How many messages of a reply, JSON or events, are errors of the protocol; a tool that refuses answers with a result. */
function errorsIn(text: string): number {
  const messages = /^[[{]/.test(text)
    ? [text]
    : [...text.matchAll(/^data: (?<json>[[{].*)$/gm)].map(([, json]) => json);
  return messages
    .flatMap((json): unknown[] => [JSON.parse(json ?? '')].flat())
    .filter((message) => typeof message === 'object' && message !== null && 'error' in message).length;
}

function textOf(value: unknown): { type: 'text'; text: string } {
  return { type: 'text', text: JSON.stringify(value) };
}

/** What the problem document of the API would say. */
function refusalOf(problem: ProblemError): Record<string, unknown> {
  return { notice: NOTICE, ...problem.members, code: problem.code, refused: problem.message };
}

function inputSchemaOf(schema: z.ZodObject): { type: 'object'; [member: string]: unknown } {
  const { $schema: _dialect, type: _type, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return { type: 'object', ...rest };
}

/** A browser names the page that a request comes from; a program has none, unless it is one that runs on our own. */
function refuseOtherSites({ request }: McpCall, own: string): void {
  const { origin } = request.headers;
  if (origin !== undefined && origin !== own) throw mcpProblems.crossSite();
}

function complaintOf(body: unknown): ProblemError | null {
  if (Array.isArray(body) && body.length > MESSAGES_MAX) return mcpProblems.batchTooLarge(MESSAGES_MAX);
  return isDeeper(body, DEPTH_MAX) ? mcpProblems.tooDeep(DEPTH_MAX) : null;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

function requestOf({ request, signal }: McpCall, origin: string): Request {
  const headers = HEADERS.flatMap((name): [string, string][] => {
    const value = request.headers[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  return new Request(new URL('/mcp', origin), { method: 'POST', headers, signal });
}
