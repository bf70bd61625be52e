#!/bin/sh
# Leafnode without its configuration: it greets with 503.
exec unshare --mount sh -c 'mount -t tmpfs tmpfs /etc/news/leafnode && exec /usr/sbin/leafnode'
