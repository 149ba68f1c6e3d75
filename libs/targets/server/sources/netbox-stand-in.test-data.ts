import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An IP address as `/api/ipam/ip-addresses/` of NetBox returns it, with the members that matter here. */
export interface NetboxAddress {
  id: number;
  address: string;
  vrf: { id: number; name: string; rd: string | null } | null;
  tenant: { id: number; name: string; slug: string } | null;
  status: { value: string; label: string };
  role: { value: string; label: string } | null;
  assigned_object: { id: number; name: string; device: { id: number; name: string } } | null;
  dns_name: string;
  tags: { id: number; name: string; slug: string; color: string }[];
  custom_fields: Record<string, unknown>;
}

/** Returns an address of NetBox; unless changed it is active and has no other members. */
export const netboxAddress = (id: number, address: string, change: Partial<NetboxAddress> = {}): NetboxAddress => ({
  ...{ id, address, vrf: null, tenant: null, role: null, assigned_object: null, dns_name: '', tags: [] },
  status: { value: 'active', label: 'Active' },
  custom_fields: {},
  ...change,
});

export const netboxAddresses = (count: number): NetboxAddress[] =>
  Array.from({ length: count }, (_, at) =>
    netboxAddress(at + 1, `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}/24`, {
      dns_name: `host-${at}.example.net`,
    }),
  );

/** Interferes with a request instead of the usual answer; returns whether it did. */
export type Interference = (request: IncomingMessage, response: ServerResponse, asked: URL) => boolean;

/**
 * A NetBox that lists IP addresses as its documentation describes: pages with count, next, previous and results; `limit` at most MAX_PAGE_SIZE;
 * filters by status; 403 with a `detail` for a wrong token, with `Token` for old tokens and `Bearer` for tokens that begin with `nbt_`.
 */
export class NetboxStandIn {
  addresses: NetboxAddress[] = [];
  token = '0123456789abcdef0123456789abcdef01234567';
  maxPageSize = 1_000;
  /** Origin in `next`; its own unless set. */
  nextOrigin: string | null = null;
  interfere: Interference = () => false;
  readonly asked: URL[] = [];

  private constructor(private readonly server: Server) {}

  static async open(): Promise<NetboxStandIn> {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const standIn = new NetboxStandIn(server);
    server.on('request', (request, response) => standIn.answerRequest(request, response));
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => void this.server.close(resolve));
  }

  private answerRequest(request: IncomingMessage, response: ServerResponse): void {
    const asked = new URL(request.url ?? '/', this.url);
    this.asked.push(asked);
    if (this.interfere(request, response, asked)) return;
    const scheme = this.token.startsWith('nbt_') ? 'Bearer' : 'Token';
    if (request.headers.authorization !== `${scheme} ${this.token}`)
      return sendJson(response, 403, { detail: 'Invalid v1 token' });
    if (asked.pathname !== '/api/ipam/ip-addresses/') return sendJson(response, 404, { detail: 'Not found.' });
    sendJson(response, 200, this.pageOf(asked));
  }

  private pageOf(asked: URL): object {
    const { searchParams: params } = asked;
    const statuses = params.getAll('status');
    const all = this.addresses.filter(({ status }) => statuses.length === 0 || statuses.includes(status.value));
    if (params.get('ordering') === 'id') all.sort((a, b) => a.id - b.id);
    const limit = Math.min(Number(params.get('limit') ?? 50), this.maxPageSize);
    const offset = Number(params.get('offset') ?? 0);
    const at = (from: number): string => {
      const url = new URL(asked.pathname + asked.search, this.nextOrigin ?? this.url);
      url.searchParams.set('limit', String(limit));
      url.searchParams.set('offset', String(from));
      return url.href;
    };
    return {
      count: all.length,
      next: offset + limit < all.length ? at(offset + limit) : null,
      previous: offset > 0 ? at(Math.max(0, offset - limit)) : null,
      results: all.slice(offset, offset + limit),
    };
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
