// SPDX-License-Identifier: Apache-2.0
package ringside.app.shell;

import java.util.EnumMap;
import java.util.Map;
import javafx.scene.Node;
import javafx.scene.layout.StackPane;
import ringside.app.action.ViewId;
import ringside.app.kit.Icons;
import ringside.app.text.Texts;
import software.coley.bentofx.Bento;
import software.coley.bentofx.dockable.Dockable;
import software.coley.bentofx.layout.container.DockContainerLeaf;
import software.coley.bentofx.layout.container.DockContainerRootBranch;

/// The tiles: every view is a tab that can be dragged beside any other.
final class WorkArea extends StackPane {
    private final Bento bento = new Bento();
    private final DockContainerRootBranch root;
    private final DockContainerLeaf main;
    private final Map<ViewId, Dockable> tiles = new EnumMap<>(ViewId.class);

    WorkArea(Map<ViewId, Node> views, Texts texts) {
        setId("work-area");
        root = bento.dockBuilding().root("work");
        main = bento.dockBuilding().leaf("main");
        main.setPruneWhenEmpty(false);
        root.addContainer(main);
        views.forEach((id, node) -> {
            Dockable tile = bento.dockBuilding().dockable(id.id());
            tile.setTitle(texts.get("view." + id.id()));
            tile.setIconFactory(_ -> Icons.of(id.icon()));
            tile.setNode(node);
            tile.setClosable(false);
            tile.setCanBeDroppedToNewWindow(false);
            tiles.put(id, tile);
            main.addDockable(tile);
        });
        bento.registerRoot(root);
        getChildren().add(root);
        show(ViewId.HOME);
    }

    /// Brings a view to the front, wherever its tile is.
    void show(ViewId view) {
        Dockable tile = tiles.get(view);
        if (tile == null) return;
        DockContainerLeaf leaf = tile.getContainer();
        if (leaf != null) leaf.selectDockable(tile);
    }

    /// Is the view in front of its tile?
    boolean shows(ViewId view) {
        Dockable tile = tiles.get(view);
        if (tile == null) return false;
        DockContainerLeaf leaf = tile.getContainer();
        return leaf != null && leaf.getSelectedDockable() == tile;
    }

    /// One tile for everything, or a second one with `beside` in it.
    void layout(ViewId beside) {
        for (Dockable tile : tiles.values()) {
            DockContainerLeaf leaf = tile.getContainer();
            if (leaf != null && leaf != main) {
                leaf.removeDockable(tile);
                main.addDockable(tile);
            }
        }
        Dockable other = tiles.get(beside);
        if (other == null || beside == ViewId.BOUT) {
            show(ViewId.BOUT);
            return;
        }
        main.removeDockable(other);
        DockContainerLeaf second = bento.dockBuilding().leaf();
        second.addDockable(other);
        root.addContainer(second);
        second.selectDockable(other);
        show(ViewId.BOUT);
    }
}
