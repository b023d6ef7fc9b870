using System.Text;

namespace Shiplog.Domain.Images;

/// <summary>What has been read, and where its words end.</summary>
internal sealed class WordOutput
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _word = new();
    private readonly List<string> _words = [];

    public int Length => _text.Length;

    public string Text => _text.ToString();

    public void Add(char c, bool quoted)
    {
        _text.Append(c);
        if (quoted || !char.IsWhiteSpace(c))
            _word.Append(c);
        else
            End();
    }

    public void Add(string s, bool quoted)
    {
        foreach (var c in s)
            Add(c, quoted);
    }

    public string[] Split()
    {
        End();
        return [.. _words];
    }

    private void End()
    {
        if (_word.Length > 0)
            _words.Add(_word.ToString());
        _word.Clear();
    }
}
