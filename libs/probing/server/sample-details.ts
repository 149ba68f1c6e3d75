import type { DetailCode } from '@icmp-mon/probing/contract';

/** Details of the samples of open windows. Windows of plain pings have none, and cost nothing. */
export class SampleDetails {
  private readonly byWindow = new Map<number, Map<number, DetailCode>>();

  add(window: number, sample: number, detail: DetailCode): void {
    const known = this.byWindow.get(window);
    if (known === undefined) this.byWindow.set(window, new Map([[sample, detail]]));
    else known.set(sample, detail);
  }

  /** Returns the details of a window by sample; undefined if it has none. */
  ofWindow(window: number): ReadonlyMap<number, DetailCode> | undefined {
    return this.byWindow.size === 0 ? undefined : this.byWindow.get(window);
  }

  dropWindow(window: number): void {
    if (this.byWindow.size > 0) this.byWindow.delete(window);
  }
}
