import type { Role } from '@strongroom/protocol';

/** Who is asking, as identity established it. Every verb but the public ones has one. */
export type Asker = {
  readonly workspaceId: string;
  readonly personId: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Ids of the teams the person is in. */
  readonly teams: readonly string[];
  /** What row filters may ask of the person, e.g. `region`; absent: none. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** The session of a browser, or null for a token. */
  readonly sessionId: string | null;
  readonly tokenId: string | null;
  /**
   * False when the asker holds a token, or came by a link, that somebody else made for this person: it acts with the
   * person's rights but never opens what is theirs alone (history, preferences).
   */
  readonly own: boolean;
  /** Email address of who made the token or the link; absent when it is the person. */
  readonly madeBy?: string;
  /** What a token is narrowed to, by permission name; absent or empty: all that the person may do. */
  readonly scopes?: readonly string[];
  /** Address the request came from, never a forwarded header's. */
  readonly address: string | null;
  readonly requestId: string;
};
