import { parentPort } from 'node:worker_threads';
import { check, type CheckResult, type CheckTask, checkFilter, type FilterTask } from './check.ts';
import { parseOne } from './parse.ts';
import { Refusal, type RefusalData, notCheckable } from './refusal.ts';

/** `spent`: the worker must be replaced, since something else than a refusal was thrown inside it. */
export type WorkerReply =
  | { kind: 'ready' }
  | { kind: 'checked'; result: CheckResult }
  | { kind: 'fits' }
  | { kind: 'refused'; refusal: RefusalData; spent: boolean };

const port = parentPort;
if (port === null) throw new Error('the guard worker runs in a worker thread');

port.on('message', (task: CheckTask | FilterTask) => port.postMessage(reply(task)));
port.postMessage({ kind: 'ready' } satisfies WorkerReply);

function reply(task: CheckTask | FilterTask): WorkerReply {
  try {
    if ('filter' in task) {
      checkFilter(task, parseOne);
      return { kind: 'fits' };
    }
    return { kind: 'checked', result: check(task, parseOne) };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', refusal: error.data, spent: false };
    // A crash of the parser or a full stack: a refusal, whose text is ours.
    return { kind: 'refused', refusal: notCheckable().data, spent: true };
  }
}
