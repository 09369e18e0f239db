// {version}
