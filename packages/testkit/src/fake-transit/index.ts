export { type FakeTransit, type FakeTransitAnswer, startFakeTransit } from './start-fake-transit.ts';
