namespace Shiplog.Contracts.Orders;

/// <summary>
/// Make the next image of a build: the configuration of one step of its Dockerfile, and where the step changes files, a layer over those of
/// the image before. At most one of <see cref="Copy"/>, <see cref="Folder"/> and <see cref="ContainerId"/> is given.
/// </summary>
/// <param name="CommandId">The step's own.</param>
/// <param name="BuildId">The accepted build.</param>
/// <param name="Step">Counts the build's steps from 1.</param>
/// <param name="ParentImageId">The image before; <see langword="null"/> where it is made of nothing.</param>
/// <param name="ConfigTemplate">The new image's config, complete but for the new layer, as in <see cref="CommitContainer"/>.</param>
public sealed record BuildImageStep(string CommandId, string BuildId, int Step, string? ParentImageId, string ConfigTemplate) : Order(CommandId)
{
    /// <summary>Files that are copied in: COPY, ADD.</summary>
    public BuildCopy? Copy { get; init; }

    /// <summary>An absolute path that is to be a folder: WORKDIR.</summary>
    public string? Folder { get; init; }

    /// <summary>The container whose changes are the layer: RUN.</summary>
    public string? ContainerId { get; init; }
}

/// <summary>What COPY or ADD copies (Dockerfile reference, "COPY", "ADD").</summary>
/// <param name="Instruction"><c>COPY</c> or <c>ADD</c>: begins every error.</param>
/// <param name="FromImageId">The image that the sources are in; <see langword="null"/> for the build's context.</param>
/// <param name="Sources">Paths and wildcards, relative to the source's root; of ADD URLs, too.</param>
/// <param name="Destination">As it is written, variables expanded: it ends with a slash where it has to be a folder.</param>
/// <param name="WorkingDir">What a relative destination is relative to.</param>
public sealed record BuildCopy(string Instruction, string? FromImageId, string[] Sources, string Destination, string WorkingDir)
{
    /// <summary>Files whose content is written in the Dockerfile itself, as here-documents.</summary>
    public BuildFile[] Files { get; init; } = [];

    /// <summary>
    /// <c>user[:group]</c>, by names or numbers, of the image's own <c>/etc/passwd</c>; <see langword="null"/> for 0:0, and for whose it is
    /// where it comes from an image.
    /// </summary>
    public string? Owner { get; init; }

    /// <summary>The permissions of everything copied, 0 to 07777; <see langword="null"/> for the sources' own.</summary>
    public int? Mode { get; init; }

    /// <summary>A source that is a local archive is unpacked: ADD.</summary>
    public bool Unpack { get; init; }

    /// <summary>Patterns of what is not copied, as .dockerignore has them, matched with what files are called below the destination.</summary>
    public string[] Excludes { get; init; } = [];

    /// <summary>The folders above a source are made in the destination, too.</summary>
    public bool Parents { get; init; }
}

/// <summary>A file written in a Dockerfile.</summary>
public sealed record BuildFile(string Name, string Content);

/// <summary>What <see cref="BuildCopy.Sources"/> are now.</summary>
/// <param name="Digest">Of their paths, kinds, modes, owners, attributes and contents, not of their times: <c>sha256:…</c>.</param>
/// <param name="Kind"><c>file</c>, <c>dir</c>, or <c>multi</c> where there are several.</param>
public sealed record BuildSourceDigest(string Digest, string Kind);

/// <summary>The image exists in the store. Outcome of <see cref="BuildImageStep"/>, whose members it repeats.</summary>
/// <param name="NewLayer">The chain id of the layer that was added; <see langword="null"/> where no file was changed.</param>
public sealed record ImageBuiltReport(
    string BuildId, int Step, string? ParentImageId, string? ContainerId, StoredImage Image, string? NewLayer, TimeSpan Duration, DateTimeOffset At)
    : Report(At);
