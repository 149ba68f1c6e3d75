import '@angular/compiler';
import { describe, expect, it } from 'vitest';
import { SingleParameters } from './single-parameters';

describe('a URL of the portal', () => {
  it('has one text per query parameter, even if it is repeated', () => {
    const { queryParams, fragment } = new SingleParameters().parse('/targets?q=a&q=b&status=up&q=c&row=#x');
    expect(queryParams).toEqual({ q: 'a', status: 'up', row: '' });
    expect(fragment).toBe('x');
  });
});
