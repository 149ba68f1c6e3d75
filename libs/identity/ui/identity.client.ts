import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import type {
  ApiKeyView,
  ChangePasswordRequest,
  CreatedUser,
  CreateUserRequest,
  IssueApiKeyRequest,
  IssuedApiKey,
  LoginRequest,
  LoginView,
  PasswordLink,
  Role,
  Scope,
  SessionView,
  UsePasswordLinkRequest,
  UserView,
} from '@icmp-mon/identity/contract';
import { firstValueFrom } from 'rxjs';

const AUTH = '/api/v1/auth';
const LOGINS = `${AUTH}/logins`;
const USERS = '/api/v1/users';
const KEYS = '/api/v1/api-keys';

/**
 * Client for the API of sessions, of the user's own account, of users and of API keys. Methods that return a resource must be called in an injection
 * context.
 */
@Injectable({ providedIn: 'root' })
export class IdentityClient {
  private readonly http = inject(HttpClient);

  session(): Promise<SessionView> {
    return firstValueFrom(this.http.get<SessionView>(`${AUTH}/me`));
  }

  logIn(request: LoginRequest): Promise<SessionView> {
    return firstValueFrom(this.http.post<SessionView>(`${AUTH}/login`, request));
  }

  async logOut(): Promise<void> {
    await firstValueFrom(this.http.post(`${AUTH}/logout`, {}));
  }

  /** Exchanges the refresh cookie for new cookies. */
  refreshSession(): Promise<SessionView> {
    return firstValueFrom(this.http.post<SessionView>(`${AUTH}/refresh`, {}));
  }

  async changePassword(request: ChangePasswordRequest): Promise<void> {
    await firstValueFrom(this.http.put(`${AUTH}/password`, request));
  }

  /** Sets a password with the token of an invitation or a reset. */
  usePasswordLink(request: UsePasswordLinkRequest): Promise<{ user: string }> {
    return firstValueFrom(this.http.post<{ user: string }>(`${AUTH}/password-link`, request));
  }

  logins(): HttpResourceRef<{ items: LoginView[] } | undefined> {
    return httpResource(() => LOGINS);
  }

  async endLogin(loginId: string): Promise<void> {
    await firstValueFrom(this.http.delete(`${LOGINS}/${loginId}`));
  }

  async endOtherLogins(): Promise<void> {
    await firstValueFrom(this.http.delete(LOGINS));
  }

  users(): HttpResourceRef<{ items: UserView[] } | undefined> {
    return httpResource(() => USERS);
  }

  createUser(request: CreateUserRequest): Promise<CreatedUser> {
    return firstValueFrom(this.http.post<CreatedUser>(USERS, request));
  }

  async changeRole(userId: string, role: Role): Promise<void> {
    await firstValueFrom(this.http.put(`${USERS}/${userId}/role`, { role }));
  }

  async changeUserScope(userId: string, scope: Scope): Promise<void> {
    await firstValueFrom(this.http.put(`${USERS}/${userId}/scope`, { scope }));
  }

  async disableUser(userId: string): Promise<void> {
    await firstValueFrom(this.http.post(`${USERS}/${userId}/disable`, {}));
  }

  async enableUser(userId: string): Promise<void> {
    await firstValueFrom(this.http.post(`${USERS}/${userId}/enable`, {}));
  }

  async removeUser(userId: string): Promise<void> {
    await firstValueFrom(this.http.delete(`${USERS}/${userId}`));
  }

  issuePasswordLink(userId: string): Promise<PasswordLink> {
    return firstValueFrom(this.http.post<PasswordLink>(`${USERS}/${userId}/password-link`, {}));
  }

  loginsOf(userId: () => string): HttpResourceRef<{ items: LoginView[] } | undefined> {
    return httpResource(() => `${USERS}/${userId()}/logins`);
  }

  async endLoginsOf(userId: string): Promise<void> {
    await firstValueFrom(this.http.delete(`${USERS}/${userId}/logins`));
  }

  apiKeys(): HttpResourceRef<{ items: ApiKeyView[] } | undefined> {
    return httpResource(() => KEYS);
  }

  issueApiKey(request: IssueApiKeyRequest): Promise<IssuedApiKey> {
    return firstValueFrom(this.http.post<IssuedApiKey>(KEYS, request));
  }

  async changeKeyScope(keyId: string, scope: Scope): Promise<void> {
    await firstValueFrom(this.http.put(`${KEYS}/${keyId}/scope`, { scope }));
  }

  async revokeApiKey(keyId: string): Promise<void> {
    await firstValueFrom(this.http.delete(`${KEYS}/${keyId}`));
  }
}
