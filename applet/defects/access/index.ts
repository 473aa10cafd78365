export * from './all-means-any.js';
export * from './role-beside-session.js';
export * from './staff-is-a-doctor.js';
