export { ProbingClient, type ResultSpan } from './probing.client';
