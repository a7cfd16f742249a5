#!/bin/sh
# Lays out what the image consists of.
#
#   container/tree.sh PROGRAM FOLDER
#
# FOLDER/root belongs to root: the program, the licences, a folder for temporary files. FOLDER/owned
# belongs to the image's user: the folder where the market is kept.

set -eu
source=$(dirname "$0")/..
install -D -m 0555 "$1" "$2/root/usr/local/bin/mturk-local"
for licence in LICENSE-MIT LICENSE-APACHE; do
    install -D -m 0444 "$source/$licence" "$2/root/usr/share/doc/mturk-local/$licence"
done
install -d -m 1777 "$2/root/tmp"
install -d -m 0755 "$2/owned/data"
