export { ProbingClient } from './probing.client';
