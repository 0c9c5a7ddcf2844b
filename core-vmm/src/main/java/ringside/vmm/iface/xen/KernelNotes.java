// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ringside.vmm.word.Problem;

/// What a kernel says about itself to Xen: ELF notes named "Xen", or the older `__xen_guest` string.
///
/// Tour 6.03: notes in program headers first, then in sections, then the string; none at all means this is not a Xen
/// kernel. Section 1.2 of the interface paper lists the numbers.
final class KernelNotes {
    private static final int ENTRY = 1,
            HYPERCALL_PAGE = 2,
            VIRT_BASE = 3,
            PADDR_OFFSET = 4,
            XEN_VERSION = 5,
            GUEST_OS = 6,
            LOADER = 8,
            PAE_MODE = 9,
            FEATURES = 10,
            BSD_SYMTAB = 11,
            HV_START_LOW = 12,
            MODULE_START_PFN = 16,
            PHYS32_ENTRY = 18;
    private static final List<String> FEATURE_NAMES = List.of(
            "writable_page_tables",
            "writable_descriptor_tables",
            "auto_translated_physmap",
            "supervisor_mode_kernel",
            "pae_pgdir_above_4gb",
            "hvm_callback_vector",
            "dom0");

    /// How the kernel wants its page tables.
    enum Pae {
        NO,
        YES,
        EXTENDED_CR3
    }

    private final Elf elf;
    private final Map<Integer, String> strings = new HashMap<>();
    private final Map<Integer, Long> numbers = new HashMap<>();
    private final boolean found;
    private boolean legacy;

    KernelNotes(Elf elf) {
        this.elf = elf;
        boolean any = false;
        for (Elf.Segment s : elf.noteSegments()) any |= readNotes(s);
        if (!any) for (Elf.Segment s : elf.noteSections()) any |= readNotes(s);
        if (!any) any = readLegacy(elf.sectionText("__xen_guest"));
        found = any;
    }

    private boolean readNotes(Elf.Segment s) {
        boolean any = false;
        long end = s.offset() + s.fileBytes();
        for (long at = s.offset(); at + 12 <= end; ) {
            long nameBytes = elf.u32((int) at);
            long descBytes = elf.u32((int) at + 4);
            int type = (int) elf.u32((int) at + 8);
            long desc = at + 12 + (nameBytes + 3 & ~3L);
            if (nameBytes == 4 && elf.string(at + 12).equals("Xen") && elf.inside(desc, 0)) {
                note(type, desc, descBytes);
                any = true;
            }
            at = desc + (descBytes + 3 & ~3L);
        }
        return any;
    }

    private void note(int type, long desc, long bytes) {
        strings.put(type, elf.string(desc));
        long value = 0;
        if ((bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) && elf.inside(desc, bytes)) {
            for (int i = (int) bytes - 1; i >= 0; i--)
                value = value << 8 | elf.file().get((int) desc + i) & 0xFF;
        }
        numbers.put(type, value);
    }

    private boolean readLegacy(String text) {
        if (text.isEmpty()) return false;
        legacy = true;
        for (String item : text.split(",")) {
            int equals = item.indexOf('=');
            legacyItem(equals < 0 ? item : item.substring(0, equals), equals < 0 ? "" : item.substring(equals + 1));
        }
        Long page = numbers.get(HYPERCALL_PAGE);
        if (page != null) numbers.put(HYPERCALL_PAGE, (page << 12) + numbers.getOrDefault(VIRT_BASE, 0L));
        return true;
    }

    private void legacyItem(String key, String value) {
        int type = switch (key) {
            case "LOADER" -> LOADER;
            case "GUEST_OS" -> GUEST_OS;
            case "XEN_VER" -> XEN_VERSION;
            case "PAE" -> PAE_MODE;
            case "BSD_SYMTAB" -> BSD_SYMTAB;
            case "VIRT_BASE" -> VIRT_BASE;
            case "VIRT_ENTRY" -> ENTRY;
            case "ELF_PADDR_OFFSET" -> PADDR_OFFSET;
            case "HYPERCALL_PAGE" -> HYPERCALL_PAGE;
            case "FEATURES" -> FEATURES;
            default -> -1;
        };
        if (type < 0) return;
        strings.put(type, type == BSD_SYMTAB ? "yes" : value);
        try {
            numbers.put(type, Long.decode(value.trim()) & 0xFFFFFFFFL);
        } catch (NumberFormatException words) {
            numbers.put(type, 0L); // as C's strtoul does with words
        }
        if (type == XEN_VERSION && !value.startsWith("xen-")) strings.put(XEN_VERSION, "xen-" + value);
    }

    /// What speaks against starting this kernel as an ordinary 32-bit guest.
    List<Problem> problems() {
        List<Problem> wrong = new ArrayList<>();
        if (!found) {
            wrong.add(new Problem("kernel", "Xen notes or a __xen_guest section", "none: not a Xen kernel"));
            return wrong;
        }
        if (numbers.containsKey(PHYS32_ENTRY) && !numbers.containsKey(ENTRY) && !hasHypercallPage()) {
            wrong.add(new Problem("Xen notes", "a paravirtual entry point", "PVH's only (PHYS32_ENTRY)"));
            return wrong;
        }
        String loader = string(LOADER);
        String os = string(GUEST_OS);
        if (!loader.startsWith("generic") && !os.startsWith("linux")) {
            wrong.add(new Problem("Xen note LOADER", "generic", loader.isEmpty() ? "nothing" : loader));
        }
        String version = string(XEN_VERSION);
        if (!version.startsWith("xen-3.0")) {
            wrong.add(new Problem("Xen note XEN_VERSION", "xen-3.0", version.isEmpty() ? "nothing" : version));
        }
        wrong.addAll(featureProblems());
        return wrong;
    }

    private List<Problem> featureProblems() {
        List<Problem> wrong = new ArrayList<>();
        for (String name : string(FEATURES).split("\\|")) {
            if (name.isEmpty()) continue;
            boolean required = name.startsWith("!");
            String plain = required ? name.substring(1) : name;
            if (required && !FEATURE_NAMES.contains(plain)) {
                wrong.add(new Problem("Xen note FEATURES", "names that are known", "!" + plain));
            } else if (required && (plain.equals("dom0") || plain.equals("auto_translated_physmap"))) {
                wrong.add(new Problem("Xen note FEATURES", "an ordinary paravirtual guest", "!" + plain));
            }
        }
        return wrong;
    }

    private String string(int type) {
        return strings.getOrDefault(type, "");
    }

    Pae pae() {
        String mode = string(PAE_MODE);
        if (mode.contains("bimodal")) return Pae.EXTENDED_CR3;
        if (!mode.startsWith("yes")) return Pae.NO;
        return !legacy || mode.contains("extended-cr3") ? Pae.EXTENDED_CR3 : Pae.YES;
    }

    int virtBase() {
        return numbers.getOrDefault(VIRT_BASE, 0L).intValue();
    }

    int paddrOffset() {
        Long offset = numbers.get(PADDR_OFFSET);
        return offset != null ? offset.intValue() : legacy ? virtBase() : 0;
    }

    int entry() {
        Long entry = numbers.get(ENTRY);
        return entry != null ? entry.intValue() : elf.entry();
    }

    boolean hasHypercallPage() {
        return numbers.containsKey(HYPERCALL_PAGE);
    }

    int hypercallPage() {
        return numbers.getOrDefault(HYPERCALL_PAGE, 0L).intValue();
    }

    /// The lowest address at which the kernel can bear the hypervisor to begin, unsigned; 0 when it says nothing.
    long lowestHypervisor() {
        return numbers.getOrDefault(HV_START_LOW, 0L) & 0xFFFFFFFFL;
    }

    /// The ramdisk may lie outside the mapping; mod_start is then a frame number.
    boolean takesUnmappedModule() {
        return numbers.getOrDefault(MODULE_START_PFN, 0L) != 0;
    }

    boolean wantsSymbols() {
        return string(BSD_SYMTAB).startsWith("yes");
    }
}
