// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.probe;

import java.util.List;

/// Answers about a machine that stands still, asked on the thread that runs it. Nothing here changes anything: no
/// accessed bit is set, no time passes. What a corner cannot answer is empty.
public interface Inspection {
    /// A corner that answers nothing.
    Inspection NONE = new Inspection() {};

    /// Segments, tables and control state of a vCPU.
    default CpuView cpu(int vcpu) {
        return CpuView.NOTHING;
    }

    /// Entries of a vCPU's descriptor table, as far as they are mapped.
    ///
    /// @param which 0 GDT, 1 LDT, 2 IDT
    default List<DescriptorView> descriptors(int vcpu, int which) {
        return List.of();
    }

    /// Instructions from a linear address on.
    default List<VcpuView.CodeLine> code(int vcpu, int linear, int lines) {
        return List.of();
    }

    /// Bytes of memory; an element is -1 where nothing is.
    ///
    /// @param virtual through the vCPU's present tables, else machine addresses
    default short[] bytes(int vcpu, long address, int length, boolean virtual) {
        return new short[0];
    }

    /// A page table as it lies in memory: its root, or one that an entry leads to.
    ///
    /// @param tableMfn its machine frame, or -1 for the root
    default TableView table(int vcpu, WalkView.Tables tables, int tableMfn, int level) {
        return TableView.NOTHING;
    }

    /// Every entry of an address space.
    default SpaceView space(int vcpu, WalkView.Tables tables) {
        return SpaceView.NOTHING;
    }

    /// What a vCPU remembers of its tables.
    default TlbView tlb(int vcpu) {
        return TlbView.NOTHING;
    }

    /// What every machine frame is for.
    default FramesView frames() {
        return FramesView.NOTHING;
    }

    /// What is known of one machine frame, in symbols, or "".
    default String frame(int mfn) {
        return "";
    }

    /// Event channels, grants, xenstore and rings of a Xen guest.
    default SharesView shares() {
        return SharesView.NOTHING;
    }
}
