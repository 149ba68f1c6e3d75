import type { Aggregate } from './aggregate';

export interface Counted {
  type: 'Counted';
  data: { by: number };
}

/** A minimal aggregate for tests of the event store. */
export const counter: Aggregate<{ total: number }, Counted> = {
  category: 'counter',
  initial: { total: 0 },
  evolve: (state, event) => ({ total: state.total + event.data.by }),
};

export const counted = (by: number): Counted => ({ type: 'Counted', data: { by } });
