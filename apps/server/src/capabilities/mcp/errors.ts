import { ProblemError } from '@strongroom/protocol';

export const mcpProblems = {
  tokenNeeded: () =>
    new ProblemError('mcp/token_needed', 403, 'MCP clients come with a token: `strongroom token create` makes one'),
  crossSite: () => new ProblemError('mcp/cross_site', 403, 'the request came from a page of another site'),
  noStream: () => new ProblemError('mcp/no_stream', 405, 'nothing is streamed here: post each message'),
  badMessage: () =>
    new ProblemError('mcp/bad_message', 400, 'the message is none of the protocol, or of no version of it'),
  batchTooLarge: (messagesMax: number) =>
    new ProblemError('mcp/batch_too_large', 400, `a batch has at most ${messagesMax} messages`),
  tooDeep: (depthMax: number) => new ProblemError('mcp/too_deep', 400, `a message is at most ${depthMax} levels deep`),
  unknownTool: () => new ProblemError('mcp/unknown_tool', 404, 'there is no such tool'),
  unknownMethod: () => new ProblemError('mcp/unknown_method', 404, 'there is no such method here'),
} as const;
