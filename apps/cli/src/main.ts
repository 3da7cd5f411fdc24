#!/usr/bin/env node
import { buildProgram } from './program.ts';
import { exitCodeOf } from './run-command.ts';

// Whoever read our output has closed it (`… | head`): nothing is left to say.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await exitCodeOf(buildProgram().parseAsync(process.argv));
