export { type FakeModel, type FakeModelBehaviour, type FakeModelRequest, startFakeModel } from './start-fake-model.ts';
