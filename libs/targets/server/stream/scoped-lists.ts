import type { StreamPart } from '@icmp-mon/platform/http';
import { Observable } from 'rxjs';
import type { Follower } from './list-follower';
import { type ReadScope, ScopedList } from './scoped-list';

/** The stream of all changes of the list. */
interface AllChanges {
  addFollower(follower: Follower): void;
  removeFollower(follower: Follower): void;
  readScope: ReadScope;
}

/** The scopes that have clients. */
export class ScopedLists {
  private readonly lists = new Map<string, ScopedList>();

  constructor(private readonly all: AllChanges) {}

  /** Returns the changes that a client with a scope receives. */
  openStream(scope: string, lastEventId: string | null): Observable<StreamPart> {
    return new Observable<StreamPart>((client) => {
      const list = this.lists.get(scope) ?? this.startList(scope);
      list.addClient(client, lastEventId === null);
      return () => {
        list.removeClient(client);
        if (!list.isEmpty || this.lists.get(scope) !== list) return;
        this.lists.delete(scope);
        this.all.removeFollower(list);
      };
    });
  }

  private startList(scope: string): ScopedList {
    const list = new ScopedList(scope);
    this.lists.set(scope, list);
    this.all.addFollower(list);
    void list.loadScope(this.all.readScope);
    return list;
  }
}
