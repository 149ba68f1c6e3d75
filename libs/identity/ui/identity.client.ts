import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import type {
  ApiKeyView,
  ChangePasswordRequest,
  CreatedUser,
  CreateUserRequest,
  EnrolledSession,
  IssueApiKeyRequest,
  IssuedApiKey,
  LoggedOut,
  LoginChallenge,
  LoginCodeRequest,
  LoginRequest,
  LoginView,
  PasswordLink,
  RecoveryCodes,
  Role,
  Scope,
  SecondFactorEnrolment,
  SecondFactorProof,
  SecondFactorView,
  SessionView,
  SignInOptions,
  UsePasswordLinkRequest,
  UserView,
} from '@icmp-mon/identity/contract';
import { firstValueFrom } from 'rxjs';

const AUTH = '/api/v1/auth';
const LOGINS = `${AUTH}/logins`;
const SECOND_FACTOR = `${AUTH}/second-factor`;
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

  signInOptions(): HttpResourceRef<SignInOptions | undefined> {
    return httpResource(() => `${AUTH}/options`);
  }

  logIn(request: LoginRequest): Promise<SessionView | LoginChallenge> {
    return firstValueFrom(this.http.post<SessionView | LoginChallenge>(`${AUTH}/login`, request));
  }

  /** Completes a login with a code of the second factor. */
  completeLogin(request: LoginCodeRequest): Promise<SessionView> {
    return firstValueFrom(this.http.post<SessionView>(`${AUTH}/login/code`, request));
  }

  beginLoginEnrolment(challenge: string): Promise<SecondFactorEnrolment> {
    return firstValueFrom(this.http.post<SecondFactorEnrolment>(`${AUTH}/login/enrolment`, { challenge }));
  }

  confirmLoginEnrolment(request: LoginCodeRequest): Promise<EnrolledSession> {
    return firstValueFrom(this.http.post<EnrolledSession>(`${AUTH}/login/enrolment/confirm`, request));
  }

  /** Returns where the browser ends its session at the issuer; null if there is none. */
  async logOut(): Promise<string | null> {
    const answer = await firstValueFrom(this.http.post<LoggedOut | null>(`${AUTH}/logout`, {}));
    return answer?.continueAt ?? null;
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

  secondFactor(): HttpResourceRef<SecondFactorView | undefined> {
    return httpResource(() => SECOND_FACTOR);
  }

  beginSecondFactor(password: string): Promise<SecondFactorEnrolment> {
    return firstValueFrom(this.http.post<SecondFactorEnrolment>(SECOND_FACTOR, { password }));
  }

  confirmSecondFactor(code: string): Promise<RecoveryCodes> {
    return firstValueFrom(this.http.post<RecoveryCodes>(`${SECOND_FACTOR}/confirm`, { code }));
  }

  renewRecoveryCodes(proof: SecondFactorProof): Promise<RecoveryCodes> {
    return firstValueFrom(this.http.post<RecoveryCodes>(`${SECOND_FACTOR}/recovery-codes`, proof));
  }

  async disableSecondFactor(proof: SecondFactorProof): Promise<void> {
    await firstValueFrom(this.http.post(`${SECOND_FACTOR}/disable`, proof));
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

  async resetSecondFactor(userId: string): Promise<void> {
    await firstValueFrom(this.http.delete(`${USERS}/${userId}/second-factor`));
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
