// The fake upstream as a process of its own, so that its work is not the gateway's: `node bench/gateway-upstream.ts BEHAVIOUR`.
import { type FakeModelBehaviour, startFakeModel } from '@strongroom/testkit';

const model = await startFakeModel(JSON.parse(process.argv[2] ?? '') as FakeModelBehaviour, { remembers: false });
process.stdout.write(`${model.url}\n`);
