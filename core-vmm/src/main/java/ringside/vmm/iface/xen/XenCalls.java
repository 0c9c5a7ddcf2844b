// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.iface.xen;

import static ringside.vmm.iface.spi.CallTable.args;
import static ringside.vmm.iface.spi.CallTable.flags;
import static ringside.vmm.iface.spi.CallTable.hex;
import static ringside.vmm.iface.spi.CallTable.number;
import static ringside.vmm.iface.spi.CallTable.of;
import static ringside.vmm.iface.spi.CallTable.pointer;
import static ringside.vmm.iface.spi.CallTable.va;
import static ringside.vmm.iface.spi.CallTable.wide;
import static ringside.vmm.trace.CallClass.CROSSING;

import java.util.List;
import ringside.vmm.iface.spi.CallTable;
import ringside.vmm.iface.spi.Caller;
import ringside.vmm.trace.ArgInfo;
import ringside.vmm.trace.ArgType;
import ringside.vmm.word.Errno;
import ringside.vmm.word.Why;

/// Every hypercall, by number, as a row: name, arguments, era, tour stop, handler.
///
/// Arguments come in EBX, ECX, EDX, ESI, EDI, EBP; 64-bit values low word first. Numbers that this hypervisor
/// knows but does not offer have rows too, so that the trace can name them.
///
/// Tour 9.26: refused: calls of the control domain, of 64-bit guests and of hardware-assisted ones.
final class XenCalls {
    private static final String FIRST = "3.0.0";
    private static final String LATER = "3.0.3";

    private final CallTable.Builder rows = CallTable.named("xen");

    private XenCalls() {}

    static CallTable table(XenParts p) {
        XenCalls t = new XenCalls();
        t.processor(p);
        t.memory(p);
        t.events(p);
        t.misc(p);
        t.notOffered();
        t.subOperations();
        return t.rows.otherwise(c -> c.refuse(Errno.ENOSYS, Why.NO_SUCH_CALL));
    }

    private void call(int n, String name, List<ArgInfo> args, String tour, CallTable.Handler h) {
        rows.call(n, name, CROSSING, FIRST, args, tour, h);
    }

    private void later(int n, String name, List<ArgInfo> args, String tour, CallTable.Handler h) {
        rows.call(n, name, CROSSING, LATER, args, tour, h);
    }

    private void processor(XenParts p) {
        TrapCalls t = p.traps;
        call(0, "set_trap_table", args(pointer("traps")), "6.20", t::setTrapTable);
        call(2, "set_gdt", args(pointer("frames"), number("entries")), "6.21", p::setGdt);
        call(3, "stack_switch", args(of("ss", ArgType.SELECTOR), va("esp")), "6.20", t::stackSwitch);
        call(
                4,
                "set_callbacks",
                args(
                        of("event_cs", ArgType.SELECTOR),
                        va("event_eip"),
                        of("failsafe_cs", ArgType.SELECTOR),
                        va("failsafe_eip")),
                "6.30",
                t::setCallbacks);
        call(5, "fpu_taskswitch", args(number("set")), "6.25", t::fpuTaskSwitch);
        call(8, "set_debugreg", args(number("reg"), hex("value")), "6.25", t::setDebugRegister);
        call(9, "get_debugreg", args(number("reg")), "6.25", t::getDebugRegister);
        call(
                10,
                "update_descriptor",
                args(wide("maddr", ArgType.MADDR), wide("desc", ArgType.DESCRIPTOR)),
                "6.21",
                p.descriptors::updateDescriptor);
        call(23, "iret", args(), "6.22", p::iret);
        call(24, "vcpu_op", args(number("cmd"), of("vcpuid", ArgType.VCPU), pointer("arg")), "6.50", p.vcpuCalls::op);
        call(28, "nmi_op", args(number("cmd"), pointer("arg")), "6.30", t::nmiOp);
        later(30, "callback_op", args(number("cmd"), pointer("arg")), "6.30", t::callbackOp);
    }

    private void memory(XenParts p) {
        Mmu m = p.mmu;
        List<ArgInfo> batch = args(pointer("req"), number("count"), pointer("done"), hex("foreigndom"));
        call(1, "mmu_update", batch, "6.42", m::update);
        call(12, "memory_op", args(number("cmd"), pointer("arg")), "6.48", p.memoryCalls::op);
        call(
                14,
                "update_va_mapping",
                args(va("va"), wide("val", ArgType.PTE), flags("flags")),
                "6.40",
                m::updateVaMapping);
        call(
                22,
                "update_va_mapping_otherdomain",
                args(va("va"), wide("val", ArgType.PTE), flags("flags"), number("domid")),
                "6.40",
                m::updateVaMappingOtherDomain);
        call(
                26,
                "mmuext_op",
                args(pointer("op"), number("count"), pointer("done"), hex("foreigndom")),
                "6.43",
                m::extended);
        call(20, "grant_table_op", args(number("cmd"), pointer("args"), number("count")), "6.60", p.grants::op);
    }

    private void events(XenParts p) {
        call(6, "sched_op_compat", args(number("cmd"), hex("arg")), "6.32", p.sched::compat);
        call(15, "set_timer_op", args(wide("timeout", ArgType.NANOSECONDS)), "6.35", p.sched::setTimer);
        call(16, "event_channel_op_compat", args(pointer("op")), "6.31", p.eventCalls::compat);
        later(29, "sched_op", args(number("cmd"), pointer("arg")), "6.32", p.sched::op);
        later(32, "event_channel_op", args(number("cmd"), pointer("arg")), "6.31", p.eventCalls::op);
    }

    private void misc(XenParts p) {
        MiscCalls m = p.misc;
        call(13, "multicall", args(pointer("list"), number("count")), "6.45", m::multicall);
        call(17, "xen_version", args(number("cmd"), pointer("arg")), "6.02", m::version);
        call(18, "console_io", args(number("cmd"), number("count"), pointer("buffer")), "6.61", m::consoleIo);
        call(19, "physdev_op_compat", args(pointer("op")), "6.25", m::physdevCompat);
        call(21, "vm_assist", args(number("cmd"), number("type")), "6.02", m::vmAssist);
        later(33, "physdev_op", args(number("cmd"), pointer("arg")), "6.25", m::physdev);
    }

    private void notOffered() {
        CallTable.Handler privileged = c -> c.refuse(Errno.EPERM, Why.NOT_PERMITTED);
        call(7, "platform_op", args(pointer("op")), "9.26", privileged);
        later(35, "sysctl", args(pointer("op")), "9.26", privileged);
        later(36, "domctl", args(pointer("op")), "9.26", privileged);
        call(25, "set_segment_base", args(number("which"), hex("base")), "9.26", Caller::notImplemented);
        call(27, "xsm_op", args(pointer("op")), "9.26", Caller::notImplemented);
        later(31, "xenoprof_op", args(number("cmd"), pointer("arg")), "9.26", Caller::notImplemented);
        later(34, "hvm_op", args(number("cmd"), pointer("arg")), "9.26", Caller::notImplemented);
        later(37, "kexec_op", args(number("cmd"), pointer("arg")), "9.26", Caller::notImplemented);
        recent(38, "tmem_op", "4.0");
        recent(39, "argo_op", "4.12");
        recent(40, "xenpmu_op", "4.6");
        recent(41, "dm_op", "4.9");
        recent(42, "hypfs_op", "4.14");
        recent(48, "mca", "3.4");
    }

    private void recent(int n, String name, String era) {
        rows.call(n, name, CROSSING, era, args(number("cmd"), pointer("arg")), "9.26", Caller::notImplemented);
    }

    private void subs(String parent, String tour, String... names) {
        for (int i = 0; i < names.length; i++) {
            if (!names[i].isEmpty()) rows.sub(parent, i, names[i], FIRST, args(hex("arg")), tour);
        }
    }

    private void subOperations() {
        String[] updates = {"normal", "machphys", "preserve_ad", "no_translate"};
        for (int i = 0; i < updates.length; i++) {
            List<ArgInfo> fields = args(wide("ptr", ArgType.MADDR), wide("val", i == 1 ? ArgType.PFN : ArgType.PTE));
            rows.sub("mmu_update", i, updates[i], FIRST, fields, "6.42");
        }
        String[] extended = {
            "pin_l1_table",
            "pin_l2_table",
            "pin_l3_table",
            "pin_l4_table",
            "unpin_table",
            "new_baseptr",
            "tlb_flush_local",
            "invlpg_local",
            "tlb_flush_multi",
            "invlpg_multi",
            "tlb_flush_all",
            "invlpg_all",
            "flush_cache",
            "set_ldt",
            "",
            "new_user_baseptr",
            "clear_page",
            "copy_page",
            "flush_cache_global",
            "mark_super",
            "unmark_super"
        };
        for (int i = 0; i < extended.length; i++) {
            if (extended[i].isEmpty()) continue;
            ArgType first = i == 7 || i == 9 || i == 11 || i == 13 ? ArgType.VA : ArgType.MFN;
            ArgType second = i == 17 ? ArgType.MFN : i == 13 ? ArgType.NUMBER : ArgType.POINTER;
            rows.sub("mmuext_op", i, extended[i], FIRST, args(wide("arg1", first), wide("arg2", second)), "6.43");
        }
        subs(
                "event_channel_op",
                "6.31",
                "bind_interdomain",
                "bind_virq",
                "bind_pirq",
                "close",
                "send",
                "status",
                "alloc_unbound",
                "bind_ipi",
                "bind_vcpu",
                "unmask",
                "reset",
                "init_control",
                "expand_array",
                "set_priority");
        subs(
                "sched_op",
                "6.32",
                "yield",
                "block",
                "shutdown",
                "poll",
                "remote_shutdown",
                "shutdown_code",
                "watchdog",
                "pin_override");
        subs(
                "vcpu_op",
                "6.50",
                "initialise",
                "up",
                "down",
                "is_up",
                "get_runstate_info",
                "register_runstate_memory_area",
                "set_periodic_timer",
                "stop_periodic_timer",
                "set_singleshot_timer",
                "stop_singleshot_timer",
                "register_vcpu_info",
                "send_nmi",
                "get_physid",
                "register_vcpu_time_memory_area");
        subs(
                "memory_op",
                "6.48",
                "increase_reservation",
                "decrease_reservation",
                "maximum_ram_page",
                "current_reservation",
                "maximum_reservation",
                "machphys_mfn_list",
                "populate_physmap",
                "add_to_physmap",
                "",
                "memory_map",
                "machine_memory_map",
                "exchange",
                "machphys_mapping",
                "set_memory_map",
                "maximum_gpfn",
                "remove_from_physmap");
        subs(
                "grant_table_op",
                "6.60",
                "map_grant_ref",
                "unmap_grant_ref",
                "setup_table",
                "dump_table",
                "transfer",
                "copy",
                "query_size",
                "unmap_and_replace",
                "set_version",
                "get_status_frames",
                "get_version",
                "swap_grant_ref",
                "cache_flush");
        subs(
                "xen_version",
                "6.02",
                "version",
                "extraversion",
                "compile_info",
                "capabilities",
                "changeset",
                "platform_parameters",
                "get_features",
                "pagesize",
                "guest_handle",
                "commandline",
                "build_id");
        subs(
                "physdev_op",
                "6.25",
                "",
                "",
                "",
                "",
                "irq_unmask_notify",
                "irq_status_query",
                "set_iopl",
                "set_iobitmap",
                "apic_read",
                "apic_write",
                "alloc_irq_vector",
                "free_irq_vector",
                "eoi",
                "map_pirq",
                "unmap_pirq");
        subs("sched_op_compat", "6.32", "yield", "block", "shutdown");
        subs("console_io", "6.61", "write", "read");
        subs("nmi_op", "6.30", "register", "unregister");
        subs("callback_op", "6.30", "register", "unregister");
        subs(
                "vm_assist",
                "6.02",
                "4gb_segments",
                "4gb_segments_notify",
                "writable_pagetables",
                "pae_extended_cr3",
                "architectural_iopl",
                "runstate_update_flag");
    }
}
