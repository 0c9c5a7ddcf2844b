#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# rom.sh AS LD SOURCE BUILD OUTPUT: assembles the ROM and fixes its checksum byte.
set -e
as=$1 ld=$2 source=$3 build=$4 output=$5
mkdir -p "$build"
pass() {
    "$as" --32 --defsym CHECKSUM="$1" -o "$build/rom.o" "$source"
    "$ld" -m elf_i386 -Ttext 0 -e 0 --oformat binary -o "$build/rom.bin" "$build/rom.o"
}
pass 0
sum=$(od -An -v -tu1 "$build/rom.bin" | awk '{ for (i = 1; i <= NF; i++) s += $i } END { print s % 256 }')
pass $(( (256 - sum) % 256 ))
cp "$build/rom.bin" "$output"
