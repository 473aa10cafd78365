/** The profile grants less memory than the application needs. */
export class ProfileTooSmall extends Error {
  constructor(memory: string, name: string, needed: number, capacity: number) {
    super(`${memory}: "${name}" ends at byte ${needed}, the profile has ${capacity}`);
    this.name = 'ProfileTooSmall';
  }
}
