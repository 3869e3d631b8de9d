-- 0001_create_sessions, up
create table if not exists "sessions" (
  "id" integer primary key autoincrement,
  "session_id" text not null unique,
  "data" text not null,
  "version" bigint not null,
  "subject" text,
  "created_at" bigint not null,
  "updated_at" bigint not null,
  "expires_at" bigint not null,
  "authenticated_at" bigint
);
create index if not exists "sessions_subject_idx" on "sessions" ("subject");
create index if not exists "sessions_expires_at_idx" on "sessions" ("expires_at");
