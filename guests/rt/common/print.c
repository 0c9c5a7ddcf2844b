/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include "rt.h"

struct machine machine;

struct line {
    u32 length;
    char text[128];
};

static void put(struct line *l, char c)
{
    if (l->length < sizeof l->text) l->text[l->length++] = c;
}

static void put_decimal(struct line *l, u32 n)
{
    char digits[10];
    u32 count = 0;
    do {
        digits[count++] = '0' + n % 10;
        n /= 10;
    } while (n);
    while (count) put(l, digits[--count]);
}

static void put_hex(struct line *l, u32 n)
{
    for (int shift = 28; shift >= 0; shift -= 4) put(l, "0123456789abcdef"[n >> shift & 15]);
}

static void format_line(struct line *l, const char *f, va_list args)
{
    l->length = 0;
    for (; *f; f++) {
        if (*f != '%') {
            put(l, *f);
            continue;
        }
        switch (*++f) {
        case 's':
            for (const char *s = va_arg(args, const char *); *s; s++) put(l, *s);
            break;
        case 'c': put(l, (char)va_arg(args, int)); break;
        case 'x': put_hex(l, va_arg(args, u32)); break;
        case 'd': {
            int n = va_arg(args, int);
            if (n < 0) put(l, '-');
            put_decimal(l, n < 0 ? -(u32)n : (u32)n);
            break;
        }
        default: put_decimal(l, va_arg(args, u32)); break;
        }
    }
}

void say(const char *f, ...)
{
    struct line l;
    va_list args;
    va_start(args, f);
    format_line(&l, f, args);
    va_end(args);
    rt_console(l.text, l.length);
}

void stop(const char *f, ...)
{
    struct line l;
    va_list args;
    va_start(args, f);
    format_line(&l, f, args);
    va_end(args);
    rt_console("stopped: ", 9);
    rt_console(l.text, l.length);
    rt_console("\n", 1);
    rt_exit(1);
}

void *memset(void *to, int byte, __SIZE_TYPE__ n)
{
    void *d = to;
    if ((((u32)to | n) & 3) == 0) {
        u32 words = n / 4, word = (u8)byte * 0x01010101u;
        __asm__ volatile("rep stosl" : "+D"(d), "+c"(words) : "a"(word) : "memory");
    } else {
        __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(byte) : "memory");
    }
    return to;
}

void *memcpy(void *to, const void *from, __SIZE_TYPE__ n)
{
    void *d = to;
    if ((((u32)to | (u32)from | n) & 3) == 0) {
        u32 words = n / 4;
        __asm__ volatile("rep movsl" : "+D"(d), "+S"(from), "+c"(words)::"memory");
    } else {
        __asm__ volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(n)::"memory");
    }
    return to;
}

/* The number right after a key such as "vcpus=", 0 when there is none. */
u32 number_after(const char *text, const char *key)
{
    for (; *text; text++) {
        const char *t = text, *k = key;
        while (*k && *t == *k) t++, k++;
        if (*k) continue;
        u32 n = 0;
        while (*t >= '0' && *t <= '9') n = n * 10 + (u32)(*t++ - '0');
        return n;
    }
    return 0;
}
