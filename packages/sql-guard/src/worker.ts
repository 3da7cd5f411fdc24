import { parentPort } from 'node:worker_threads';
import { check, type CheckResult, type CheckTask, checkFilter, type FilterTask } from './check.ts';
import { parseOne } from './parse.ts';
import { createReceivedSchemas, type SchemaMessage } from './schema-book.ts';
import { Refusal, type RefusalData, notCheckable } from './refusal.ts';

/** `spent`: the worker must be replaced, since something else than a refusal was thrown inside it. */
export type WorkerReply =
  | { kind: 'ready' }
  | { kind: 'checked'; result: CheckResult }
  | { kind: 'fits' }
  | { kind: 'refused'; refusal: RefusalData; spent: boolean };

const port = parentPort;
if (port === null) throw new Error('the guard worker runs in a worker thread');

/** What a worker is sent. */
export type WorkerTask = (CheckTask & { readonly of: SchemaMessage }) | FilterTask;

const schemas = createReceivedSchemas();
port.on('message', (task: WorkerTask) => port.postMessage(reply(task)));
port.postMessage({ kind: 'ready' } satisfies WorkerReply);

function reply(task: WorkerTask): WorkerReply {
  try {
    if ('filter' in task) {
      checkFilter(task, parseOne);
      return { kind: 'fits' };
    }
    return { kind: 'checked', result: check(task, schemas.schemaOf(task.of), parseOne) };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', refusal: error.data, spent: false };
    // A crash of the parser or a full stack: a refusal, whose text is ours.
    return { kind: 'refused', refusal: notCheckable().data, spent: true };
  }
}
