/** Why a profile could not be had. */
export type ProfileErrorCode = 'unknown-profile' | 'unreadable-profile' | 'malformed-profile';

/** A profile could not be loaded; `message` is one sentence fit to show to a user. */
export class ProfileError extends Error {
  readonly code: ProfileErrorCode;

  constructor(code: ProfileErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProfileError';
    this.code = code;
  }
}
