"""Load on the whole hub: roles as processes of their own, PostgreSQL, clerks that verify every binding."""
