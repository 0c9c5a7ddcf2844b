// SPDX-License-Identifier: Apache-2.0
package ringside.vmm.dev.medium;

import ringside.vmm.state.StateVisitor;

/// A medium that is an array of bytes.
public final class MemoryMedium implements BlockMedium {
    private final byte[] content;
    private final boolean writable;
    private final WriteLog log = new WriteLog();

    /// @param content is used, not copied
    public MemoryMedium(byte[] content, boolean writable) {
        this.content = content;
        this.writable = writable;
    }

    @Override
    public long size() {
        return content.length;
    }

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public void read(long at, byte[] to, int offset, int length) {
        System.arraycopy(content, (int) at, to, offset, length);
    }

    @Override
    public void write(long at, byte[] from, int offset, int length) {
        if (!writable) throw new IllegalStateException("the drive asks before it writes");
        System.arraycopy(from, offset, content, (int) at, length);
        log.add(at, from, offset, length);
    }

    @Override
    public void flush() {
        // Memory is all there is.
    }

    @Override
    public long written() {
        return log.value();
    }

    @Override
    public void state(StateVisitor v) {
        if (!writable) return;
        v.bytes("medium", content);
        log.state(v);
    }

    @Override
    public boolean rewinds() {
        return true;
    }
}
