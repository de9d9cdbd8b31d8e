#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: the owner migrates, the app owns nothing and bypasses nothing.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE coperto_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE coperto_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
CREATE DATABASE coperto OWNER coperto_owner;
REVOKE ALL ON DATABASE coperto FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE coperto TO coperto_app;
SQL
