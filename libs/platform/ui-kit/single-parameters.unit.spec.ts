import '@angular/compiler';
import { describe, expect, it } from 'vitest';
import { SingleParameters } from './single-parameters';

describe('an address of the portal', () => {
  it('has one text for each query parameter, however often it is given', () => {
    const { queryParams, fragment } = new SingleParameters().parse('/targets?q=a&q=b&status=up&q=c&row=#x');
    expect(queryParams).toEqual({ q: 'a', status: 'up', row: '' });
    expect(fragment).toBe('x');
  });
});
