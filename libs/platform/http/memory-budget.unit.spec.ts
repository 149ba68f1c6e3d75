import { describe, expect, it } from 'vitest';
import { MemoryBudget } from './memory-budget';

describe('the memory budget', () => {
  it('reserves at most its size, and less for a caller with a share', () => {
    const budget = new MemoryBudget(100);
    expect(budget.tryReserve(60, 0.5)).toBe(false);
    expect(budget.tryReserve(60)).toBe(true);
    expect(budget.tryReserve(60)).toBe(false);
    budget.releaseBytes(60);
    expect(budget.tryReserve(100)).toBe(true);
  });
});
