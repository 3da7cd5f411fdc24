import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    place: 'table',
    name: 'query_leases',
    what: 'that a tab or program which asked is still there; never what it asked or what came of it',
    about: 'person',
    why: 'to cancel a query in its source when nobody waits for its answer any more, on whichever server it runs',
    howLong:
      'until the answer is closed, or fifteen seconds after the last heartbeat; then it is removed within ten minutes',
    fields: {
      id: 'of the lease, at random',
      person_id: 'id of whose it is',
      session_id: 'id of the session it belongs to',
      token_id: 'id of the token it belongs to',
      expires_at: 'when it lapses unless it is renewed',
    },
    exported: 'not: it is gone before anybody could read it',
    erased: 'it goes with the session or token, and with the person',
  },
];
