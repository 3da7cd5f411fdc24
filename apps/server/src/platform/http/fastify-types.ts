import 'fastify';
import type { Verb } from '#contracts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Name of the verb; label of the metrics. */
    verb?: string;
    /** Set for verbs that take a file as a stream: most bytes it may have. */
    streamBytesMax?: number;
    /** Set for verbs that take their JSON as bytes. */
    takesJsonBytes?: true;
    /** Set for verbs that leave the body unread. */
    leavesBody?: true;
    problemAs?: Verb['problemAs'];
  }
}
